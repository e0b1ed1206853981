/** How a changelog reads: what changed, in the words of its changeset, without commits. */

function getReleaseLine({ summary }) {
  const [first, ...others] = summary.trim().split('\n')
  return `- ${[first, ...others.map((line) => `  ${line}`.trimEnd())].join('\n')}`
}

function getDependencyReleaseLine(_changesets, updated) {
  if (updated.length === 0) return ''
  return `- Needs ${updated.map(({ name, newVersion }) => `${name} ${newVersion}`).join(', ')}.`
}

export default { getReleaseLine, getDependencyReleaseLine }
