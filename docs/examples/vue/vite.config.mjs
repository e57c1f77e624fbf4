// Builds the Vue example with Vite: Vue is told that <bearing-survey> is an element and no component.

import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const isCustomElement = (tag) => tag === 'bearing-survey';

export default defineConfig({ plugins: [vue({ template: { compilerOptions: { isCustomElement } } })] });
