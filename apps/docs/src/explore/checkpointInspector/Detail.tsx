import type { Texts } from './texts.ts'

/** What the reader of checkpoints says, in its own words. */
export function Detail({ message, texts }: { readonly message: string; readonly texts: Texts }) {
  return (
    <p class="detail">
      {texts.detail}: <span lang="en">{message}</span>
    </p>
  )
}
