import type { RpcHandler } from '@nexus/messaging';

/** Nobody asks catalog anything but about its event log, which the kit answers: what others need of it are its events. */
export const rpcHandlers = (): RpcHandler[] => [];
