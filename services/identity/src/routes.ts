import type { Route } from '@nexus/service-kit';
import { tokenRoutes } from './access-token/token.routes.ts';
import { branchRoutes } from './branch/branch.routes.ts';
import { brandRoutes } from './brand/brand.routes.ts';
import { chainRoutes } from './chain/chain.routes.ts';
import type { IdentityDeps } from './deps.ts';
import { legalEntityRoutes } from './legal-entity/legal-entity.routes.ts';
import { meRoutes } from './me/me.routes.ts';
import { staffRoutes } from './staff/staff.routes.ts';
import { tenantRoutes } from './tenant/tenant.routes.ts';
import { enrolmentRoutes } from './terminal/enrolment.routes.ts';
import { terminalRoutes } from './terminal/terminal.routes.ts';

/** Every route of identity. */
export const routes = (deps: IdentityDeps): Route[] => [
  ...tenantRoutes(deps),
  ...tokenRoutes(deps),
  ...meRoutes(deps),
  ...chainRoutes(deps),
  ...legalEntityRoutes(deps),
  ...brandRoutes(deps),
  ...branchRoutes(deps),
  ...staffRoutes(deps),
  ...enrolmentRoutes(deps),
  ...terminalRoutes(deps),
];
