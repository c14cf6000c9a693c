import { runFloor } from './floor.ts';

/** Runs the floor in a process of its own, so that its CPU can be told from the bench's: `floor-main.ts <url> <sales>`. */
const [url, sales] = process.argv.slice(2);
if (url === undefined || sales === undefined) throw new Error('usage: floor-main.ts <database url> <sales>');
const { seconds } = await runFloor({ url, sales: Number(sales) });
const { user, system } = process.cpuUsage();
process.stdout.write(`${JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6 })}\n`);
