/** The quickstart's checkpoint, as PyTorch saved it: a file of another app, so the site serves it as it is. */
const [found] = Object.values(
  import.meta.glob<string>('../../../quickstart/model/language.pt', {
    query: '?url',
    import: 'default',
    eager: true,
  }),
)

export const languageModelUrl = found ?? ''
