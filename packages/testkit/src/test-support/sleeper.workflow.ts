import { sleep } from '@temporalio/workflow';

/** Does nothing for a while, the shortest proof that a server and a worker understand each other. */
export async function sleeper(milliseconds: number): Promise<string> {
  await sleep(milliseconds);
  return 'slept well';
}
