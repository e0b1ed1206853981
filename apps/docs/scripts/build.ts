import { buildSite } from './buildSite.ts'

await buildSite(process.env, process.stderr)
