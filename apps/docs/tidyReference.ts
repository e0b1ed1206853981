import { Application, type Comment, CommentTag, type ProjectReflection, ReflectionKind } from 'typedoc'

/** For TypeDoc: what it read in docstrings, as pages show it. */
export function tidyReference(app: Application): void {
  app.on(Application.EVENT_PROJECT_REVIVE, (project: ProjectReflection) => {
    for (const reflection of Object.values(project.reflections)) {
      if (reflection.comment !== undefined) listErrors(reflection.comment)
      // What a constructor sets has no default, and would be shown as undefined.
      if (reflection.isDeclaration() && reflection.kindOf(ReflectionKind.Property)) {
        delete reflection.defaultValue
      }
    }
  })
}

/** Makes one list of the errors that a docstring tells, each error a point. */
function listErrors(comment: Comment): void {
  const tags = comment.getTags('@throws')
  if (tags.length === 0) return
  comment.removeTags('@throws')
  const points = tags.flatMap(({ content }) => [
    { kind: 'text' as const, text: '\n- ' },
    ...content.map((part) => (part.kind === 'text' ? { ...part, text: pointsOf(part.text) } : part)),
  ])
  comment.blockTags.push(new CommentTag('@throws', points))
}

/** `RangeError on a size, TypeError on a wrong type`: a point for each, names as code. */
function pointsOf(text: string): string {
  return text
    .replaceAll(/[,;] (?:and |or )?(?=[A-Z]\w*Error\b)/g, '\n- ')
    .replaceAll(/\b[A-Z]\w*Error\b/g, '`$&`')
}
