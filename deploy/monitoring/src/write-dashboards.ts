/** `npm run dashboards -w deploy/monitoring`: writes the dashboards of the chart from their descriptions. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DASHBOARDS, dashboardFiles } from './files.ts';

mkdirSync(DASHBOARDS, { recursive: true });
const files = dashboardFiles();
for (const name of readdirSync(DASHBOARDS)) if (!files.has(join(DASHBOARDS, name))) rmSync(join(DASHBOARDS, name));
for (const [path, text] of files) writeFileSync(path, text);
