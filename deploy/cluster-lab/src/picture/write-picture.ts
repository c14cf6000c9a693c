/** `node deploy/cluster-lab/src/picture/write-picture.ts`: draws the picture in docs/platform.md anew. A test says when. */
import { readFile, writeFile } from 'node:fs/promises';
import { platformPage } from '../paths.ts';
import { withPicture } from './picture.ts';

await writeFile(platformPage, withPicture(await readFile(platformPage, 'utf8')));
