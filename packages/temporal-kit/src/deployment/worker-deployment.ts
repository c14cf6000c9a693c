import { isGrpcServiceError, type WorkflowService } from '@temporalio/client';

/** What of Temporal's API is needed; a client's connection and a worker's both have it. */
export interface DeploymentConnection {
  readonly workflowService: Pick<
    WorkflowService,
    | 'describeWorkerDeployment'
    | 'describeTaskQueue'
    | 'setWorkerDeploymentCurrentVersion'
    | 'setWorkerDeploymentManager'
  >;
  withDeadline<T>(deadline: number, work: () => Promise<T>): Promise<T>;
}

/** How Temporal routes the tasks of workflows. Build ids throughout. */
export interface DeploymentState {
  /** Whose workers take every task; undefined: those that have no version. */
  readonly current: string | undefined;
  /** False while the routing is on its way to the queues. */
  readonly settled: boolean;
  /** The one build that may make itself current; undefined: nobody was named. Another identity: somebody took it by hand. */
  readonly wanted: string | undefined;
  /** Builds whose workers have been seen. */
  readonly known: readonly string[];
}

/** All our workflow workers are versions of this one deployment; a namespace holds one platform. */
export const WORKFLOW_DEPLOYMENT = 'nexus-workflows';

const CALL_TIMEOUT_MS = 5_000;
/** A long poll lasts a minute at most: who has not polled for longer is gone. */
const POLLED_LATELY_MS = 70_000;
/** gRPC status of what is not there. */
const NOT_FOUND: readonly number[] = [5];
/** The same status, of what somebody misspelt. */
const NO_NAMESPACE = /^namespace .* not found/i;
/** `RoutingConfigUpdateState` of Temporal's API. */
const UPDATE_IN_PROGRESS = 1;

/**
 * The versions of the workflow worker, as Temporal knows them. The build that a release wants is the deployment's manager:
 * Temporal itself refuses every other one that would make itself current, however late it comes.
 */
export class WorkerDeployment {
  readonly #connection: DeploymentConnection;
  readonly #namespace: string;
  readonly #name: string;

  constructor(connection: DeploymentConnection, namespace: string, name: string = WORKFLOW_DEPLOYMENT) {
    this.#connection = connection;
    this.#namespace = namespace;
    this.#name = name;
  }

  /** Undefined before the first worker with a version has polled. */
  async describe(): Promise<DeploymentState | undefined> {
    const info = await this.#unlessNotFound(async () => {
      const answer = await this.#connection.workflowService.describeWorkerDeployment(this.#target());
      return answer.workerDeploymentInfo;
    });
    if (info === undefined || info === null) return undefined;
    return {
      current: info.routingConfig?.currentDeploymentVersion?.buildId ?? undefined,
      settled: Number(info.routingConfigUpdateState) !== UPDATE_IN_PROGRESS,
      wanted: this.#buildOf(info.managerIdentity ?? ''),
      known: (info.versionSummaries ?? []).flatMap(({ deploymentVersion }) => deploymentVersion?.buildId ?? []),
    };
  }

  /** From now on this build alone may make itself current. False where there is no deployment yet to say it of. */
  async want(buildId: string): Promise<boolean> {
    const identity = this.#identityOf(buildId);
    const done = await this.#unlessNotFound(() =>
      this.#connection.workflowService.setWorkerDeploymentManager({ ...this.#target(), identity, self: true }),
    );
    return done !== undefined;
  }

  /** Gives every task to the workers of this build. Temporal refuses it where another build is wanted. */
  async makeCurrent(buildId: string): Promise<void> {
    const identity = this.#identityOf(buildId);
    await this.#call(() =>
      this.#connection.workflowService.setWorkerDeploymentCurrentVersion({ ...this.#target(), identity, buildId }),
    );
  }

  /** Whether workers of this build have polled the queue for workflow tasks within the last minute: they are there, or were a moment ago. */
  async polledLately(taskQueue: string, buildId: string, now: number = Date.now()): Promise<boolean> {
    const { pollers } = await this.#call(() =>
      this.#connection.workflowService.describeTaskQueue({
        namespace: this.#namespace,
        taskQueue: { name: taskQueue },
      }),
    );
    return (pollers ?? []).some(({ deploymentOptions, lastAccessTime }) => {
      const own = deploymentOptions?.deploymentName === this.#name && deploymentOptions.buildId === buildId;
      return own && Number(lastAccessTime?.seconds ?? 0) * 1_000 > now - POLLED_LATELY_MS;
    });
  }

  #target(): { namespace: string; deploymentName: string } {
    return { namespace: this.#namespace, deploymentName: this.#name };
  }

  #identityOf(buildId: string): string {
    return `${this.#name}/${buildId}`;
  }

  #buildOf(identity: string): string | undefined {
    if (identity === '') return undefined;
    return identity.startsWith(`${this.#name}/`) ? identity.slice(this.#name.length + 1) : identity;
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    return this.#connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, work);
  }

  async #unlessNotFound<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#call(work);
    } catch (error) {
      if (isGrpcServiceError(error) && NOT_FOUND.includes(error.code) && !NO_NAMESPACE.test(error.details))
        return undefined;
      throw error;
    }
  }
}
