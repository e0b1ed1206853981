import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { satteri } from '@astrojs/markdown-satteri'
import preact from '@astrojs/preact'
import starlight from '@astrojs/starlight'
import { defineConfig } from 'astro/config'
import starlightTypeDoc from 'starlight-typedoc'
import { dashboard } from './dashboard.ts'
import { packageNames } from './packageNames.ts'
import { sidebar } from './sidebar.ts'
import { mathBlocks } from './src/equations/mathBlocks.ts'
import { tidyReference } from './tidyReference.ts'

/** Shared memory, and so threads, need these from the server; a static host may not send them. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

const repository = 'https://github.com/unroll-js/unroll'
const root = fileURLToPath(new URL('../../', import.meta.url))

export default defineConfig({
  site: process.env['DOCS_SITE'] ?? 'https://unroll-js.github.io',
  // The folder of the site on its host, `/unroll/` say.
  base: process.env['DOCS_BASE'] ?? '/',
  outDir: process.env['DOCS_OUT'] ?? 'dist',
  trailingSlash: 'always',
  server: { headers: isolation },
  markdown: { processor: satteri({ mdastPlugins: [mathBlocks] }) },
  integrations: [
    dashboard,
    preact(),
    starlight({
      title: 'Unroll',
      description: "PyTorch's recurrent layers for TypeScript",
      logo: { src: './src/assets/mark.svg' },
      favicon: '/favicon.svg',
      defaultLocale: 'root',
      locales: {
        root: { label: 'English', lang: 'en' },
        'zh-cn': { label: '简体中文', lang: 'zh-CN' },
      },
      customCss: ['@unroll/look/colours.css', './src/styles/site.css', 'katex/dist/katex.min.css'],
      sidebar,
      plugins: [
        starlightTypeDoc({
          entryPoints: packageNames.map((name) => `../../packages/${name}`),
          output: 'api',
          pagination: false,
          typeDoc: {
            entryPointStrategy: 'packages',
            packageOptions: {
              entryPoints: ['src/index.ts'],
              readme: 'none',
              tsconfig: 'tsconfig.json',
              // The sources of the other packages, so that what is said of theirs becomes a link.
              compilerOptions: { paths: { '@unroll/*': [`${root}packages/*/src/index.ts`] } },
              disableGit: true,
              displayBasePath: root,
              sourceLinkTemplate: `${repository}/blob/main/{path}#L{line}`,
              excludeInternal: true,
              excludePrivate: true,
              skipErrorChecking: true,
            },
            readme: 'none',
            includeVersion: false,
            plugin: [tidyReference, 'typedoc-plugin-markdown'],
            parametersFormat: 'table',
            classPropertiesFormat: 'table',
            interfacePropertiesFormat: 'table',
            tableColumnSettings: {
              hideInherited: true,
              hideModifiers: true,
              hideOverrides: true,
              hideSources: true,
            },
          },
        }),
        // The list of members is on the page reference/api, which knows the languages.
        {
          name: 'no-list-of-packages',
          hooks: {
            'config:setup': () =>
              rmSync(new URL('src/content/docs/api/README.md', import.meta.url), { force: true }),
          },
        },
      ],
      social: [{ icon: 'github', label: 'GitHub', href: repository }],
    }),
  ],
  vite: { worker: { format: 'es' } },
})
