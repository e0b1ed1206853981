import { Application, CommentTag, type ProjectReflection } from 'typedoc'

/** For TypeDoc: makes one list of the errors that a docstring tells, each error a point. */
export function groupErrors(app: Application): void {
  app.on(Application.EVENT_PROJECT_REVIVE, (project: ProjectReflection) => {
    for (const { comment } of Object.values(project.reflections)) {
      const tags = comment?.getTags('@throws') ?? []
      if (comment === undefined || tags.length === 0) continue
      comment.removeTags('@throws')
      const points = tags.flatMap(({ content }) => [
        { kind: 'text' as const, text: '\n- ' },
        ...content.map((part) => (part.kind === 'text' ? { ...part, text: pointsOf(part.text) } : part)),
      ])
      comment.blockTags.push(new CommentTag('@throws', points))
    }
  })
}

/** `RangeError on a size, TypeError on a wrong type`: a point for each, names as code. */
function pointsOf(text: string): string {
  return text
    .replaceAll(/[,;] (?:and |or )?(?=[A-Z]\w*Error\b)/g, '\n- ')
    .replaceAll(/\b[A-Z]\w*Error\b/g, '`$&`')
}
