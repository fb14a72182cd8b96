// The page; build/build.mjs builds the workers beside it. Nothing is minified: what is read is what runs.
import { defineConfig } from "vite"

export default defineConfig({
  base: "./",
  publicDir: "public",
  build: {
    outDir: "site",
    emptyOutDir: true,
    target: "es2022",
    minify: false,
    cssMinify: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rollupOptions: {
      output: {
        entryFileNames: "assets/[name].js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/[name][extname]",
        inlineDynamicImports: true,
      },
    },
  },
})
