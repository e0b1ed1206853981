/** What the menu shows, in both languages. Pages are named by their path; a test holds that each is there in both. */
const group = (label: string, chinese: string, pages: readonly string[]) => ({
  label,
  translations: { 'zh-CN': chinese },
  items: pages.map((slug) => ({ slug })),
})

export const sidebar = [
  group('Start', '开始', ['guide/recurrent-layers', 'guide/install', 'guide/from-pytorch']),
  group('Explore', '探索', ['explore/checkpoint-inspector', 'explore/hear-it']),
]
