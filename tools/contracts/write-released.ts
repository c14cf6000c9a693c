import { writeFileSync } from 'node:fs';
import { currentShapes, RELEASED_FILE } from './shapes.ts';

// Run when a release is made: from then on these are the shapes that the next version has to live with.
writeFileSync(RELEASED_FILE, `${JSON.stringify(currentShapes())}\n`);
console.log(`written: ${RELEASED_FILE}`);
