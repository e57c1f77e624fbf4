// Builds the React example with Vite; nothing here is about Bearing.

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [react()] });
