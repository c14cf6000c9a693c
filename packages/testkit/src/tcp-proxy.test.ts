import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let echo: Server;
let proxy: TcpProxy;

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await startTcpProxy({ port: (echo.address() as AddressInfo).port });
});
afterEach(async () => {
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
});

async function say(client: Socket, text: string): Promise<string> {
  client.write(text);
  const [answer] = (await once(client, 'data')) as [Buffer];
  return answer.toString();
}

describe('startTcpProxy', () => {
  test('carries bytes both ways', async () => {
    const client = connect(proxy.port, '127.0.0.1');
    expect(await say(client, 'hello')).toBe('hello');
    expect(proxy.open()).toBe(1);
    client.end();
    await once(client, 'close');
  });

  test('a cut breaks what is open and refuses what comes, healing lets it in again', async () => {
    const client = connect(proxy.port, '127.0.0.1');
    await say(client, 'hello');
    const broken = once(client, 'error');
    proxy.cut();
    await broken;
    const refused = connect(proxy.port, '127.0.0.1');
    await once(refused, 'error');
    proxy.heal();
    const again = connect(proxy.port, '127.0.0.1');
    expect(await say(again, 'back')).toBe('back');
    expect(proxy.accepted()).toBe(2);
    again.end();
    await once(again, 'close');
  });

  test('when it falls silent it swallows what is said and breaks nothing; what comes after healing works', async () => {
    const client = connect(proxy.port, '127.0.0.1');
    await say(client, 'hello');
    const heard: string[] = [];
    client.on('data', (bytes: Buffer) => heard.push(bytes.toString()));
    proxy.fallSilent();
    client.write('is anybody there?');
    const meanwhile = connect(proxy.port, '127.0.0.1');
    meanwhile.on('data', (bytes: Buffer) => heard.push(bytes.toString()));
    await once(meanwhile, 'connect');
    meanwhile.write('and here?');
    proxy.heal();
    const again = connect(proxy.port, '127.0.0.1');
    expect(await say(again, 'back')).toBe('back');
    client.write('still there?');
    expect(await say(again, 'and still')).toBe('and still');
    expect(heard).toEqual([]);
    expect([client, meanwhile].every((socket) => !socket.destroyed)).toBe(true);
    for (const socket of [client, meanwhile, again]) socket.destroy();
  });
});
