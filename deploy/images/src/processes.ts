import { SERVICES, type ServiceName } from '@nexus/contracts';

export type ProcessName = ServiceName | 'workflows' | 'edge';

/** One image each. */
export const PROCESSES: readonly ProcessName[] = [...SERVICES, 'workflows', 'edge'];

export interface ImageProcess {
  readonly name: ProcessName;
  /** Folder of its workspace, from the root of the checkout. */
  readonly workspace: string;
  /** What is built beside the sources that run as they are. */
  readonly artefact: 'back-office' | 'workflow-bundle' | undefined;
}

export function imageProcess(name: ProcessName): ImageProcess {
  switch (name) {
    case 'workflows':
      return { name, workspace: 'workflows', artefact: 'workflow-bundle' };
    case 'edge':
      return { name, workspace: 'services/edge', artefact: 'back-office' };
    default:
      return { name, workspace: `services/${name}`, artefact: undefined };
  }
}

export const isProcessName = (name: string): name is ProcessName => PROCESSES.some((known) => known === name);
