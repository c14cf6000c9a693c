import { SERVICES } from '@nexus/contracts';
import { of, type Policy } from './violation.ts';

const MIGRATES = 'nexus.retail/migrates';

/** Each service with a database has a Job for its shared schema and one for its tenants', with the program that is there. */
export const migrations: Policy = ({ workloads }) => {
  const jobs = workloads.filter(({ kind }) => kind === 'Job');
  return SERVICES.flatMap((service) => {
    const own = jobs.filter(({ podLabels }) => podLabels[MIGRATES] === service);
    return ['--shared', '--tenants'].flatMap((what) => {
      const [job, ...others] = own.filter(({ containers }) => containers[0]?.args.includes(what));
      if (job === undefined || others.length > 0) return [`${service} has not exactly one Job with ${what}`];
      const program = job.containers[0]?.args[0];
      return program === `/app/services/${service}/src/migrate.ts` ? [] : [`${of(job)} starts ${program ?? 'nothing'}`];
    });
  });
};
