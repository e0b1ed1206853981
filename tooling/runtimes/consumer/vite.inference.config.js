export default {
  // The others are `defaultClientConditions` of Vite, which is not installed in this project.
  resolve: { conditions: ['unroll-inference', 'module', 'browser', 'development|production'] },
  // So that the bundle runs in Node, too, under a known name.
  build: {
    modulePreload: false,
    rollupOptions: { input: 'inference.js', output: { entryFileNames: 'inference.js' } },
  },
}
