/**
 * What src/wasm must know of assembly/, as TypeScript. It is read from the compiler's own program, so neither side copies the
 * other by hand.
 *
 * | in assembly/ | becomes |
 * |---|---|
 * | class Call | interface CallFields, and callRecord: how long it is, and where its fields are, in 32-bit integers; those of its base class first |
 * | enum Mode | modeNumbers: the numbers by their names |
 * | const hiddenBytes | hiddenBytes |
 * | functions exported by index.ts, also those of files that it exports whole | interface Exports |
 */

const records = ['call/Call', 'call/Direction', 'backwardCall/BackwardCall']
const enums = ['call/Mode', 'elementwise/Unary', 'elementwise/Binary']
const constants = [
  'barrier/barrierBytes',
  'call/hiddenBytes',
  'pack/blockPanels',
  'pack/tileRows',
  'vector/cacheLineBytes',
  'vector/panelBytes',
]

/**
 * @param program the compiler's, after it has compiled
 * @param module the compiled module, a Binaryen one
 */
export function hostSource(program, binaryen, module) {
  const named = (name) => {
    const element = program.elementsByName.get(`assembly/${name}`)
    if (element === undefined) throw new Error(`hostSource: assembly/ has no ${name}`)
    return element
  }
  return [
    '/** What src/wasm must know of assembly/. Made by scripts/hostSource.mjs, which says how. */',
    ...records.flatMap((name) => recordLines(named(name))),
    ...enums.map((name) => enumLine(named(name))),
    ...constants.map((name) => constantLine(named(name), binaryen, module)),
    ...exportsLines(program.filesByName.get('assembly/index')),
    '',
  ].join('\n')
}

function recordLines({ name, instances }) {
  const [record] = instances.values()
  const fields = [...record.members.values()].map(({ name: field, instance: { type, memoryOffset } }) => {
    if (!type.isIntegerValue || type.byteSize !== 4) {
      throw new Error(`hostSource: expected ${name}.${field} to be an integer of 32 bits, got ${type}`)
    }
    return { field, place: memoryOffset / 4 }
  })
  return [
    `export interface ${name}Fields {`,
    ...fields.map(({ field }) => `  readonly ${field}: number`),
    '}',
    `export const ${camelCase(name)}Record = {`,
    `  length: ${record.nextMemoryOffset / 4},`,
    `  places: { ${fields.map(({ field, place }) => `${field}: ${place}`).join(', ')} },`,
    '} as const',
  ]
}

function enumLine({ name, members }) {
  const numbers = [...members.values()].map((member) => `${member.name}: ${member.constantIntegerValue.low}`)
  return `export const ${camelCase(name)}Numbers = { ${numbers.join(', ')} } as const`
}

/** The program has the values of inlined constants; the others are globals of the module. */
function constantLine({ name, internalName, constantValueKind, constantIntegerValue }, binaryen, module) {
  const isInlined = constantValueKind !== 0
  const value = isInlined
    ? constantIntegerValue.low
    : binaryen.getExpressionInfo(binaryen.getGlobalInfo(module.getGlobal(internalName)).init).value
  return `export const ${name} = ${value}`
}

/** Numbers in, a number or nothing out: WebAssembly knows nothing else. */
function exportsLines(file) {
  const exported = [file, ...file.exportsStar].flatMap(({ exports }) => [...exports])
  return [
    'export interface Exports {',
    ...exported.map(([name, { functionTypeNode }]) => {
      const parameters = functionTypeNode.parameters.map((parameter) => `${parameter.name.text}: number`)
      const isVoid = functionTypeNode.returnType.name.identifier.text === 'void'
      return `  ${name}(${parameters.join(', ')}): ${isVoid ? 'void' : 'number'}`
    }),
    '}',
  ]
}

function camelCase(name) {
  return name[0].toLowerCase() + name.slice(1)
}
