import engine from 'highlight.js/lib/core';
import './code.css';

/** Loaded by `highlight.ts` alone, with the first block of code that names its language. */
export { engine };
