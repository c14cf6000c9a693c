import { branchEntity } from './branch/branch.entity.ts';
import { brandEntity } from './brand/brand.entity.ts';
import { legalEntityEntity } from './legal-entity/legal-entity.entity.ts';
import { roleGrantEntity, staffEntity } from './staff/staff.entity.ts';
import { terminalEntity } from './terminal/terminal.entity.ts';

export const entities = [legalEntityEntity, brandEntity, branchEntity, terminalEntity, staffEntity, roleGrantEntity];
