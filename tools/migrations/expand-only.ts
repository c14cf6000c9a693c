import { parse } from 'libpg-query';

/** Something in a statement that the version before this one could not live with. */
export interface Refusal {
  readonly statement: string;
  readonly reason: string;
}

type Node = Readonly<Record<string, unknown>>;
const at = (node: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Node | undefined)?.[key], node);

/** Statements that take nothing away and refuse no row that the version before writes. */
const ADDING = new Set([
  'CreateStmt',
  'CreateSchemaStmt',
  'CreateExtensionStmt',
  'CommentStmt',
  'SelectStmt',
  'InsertStmt',
]);
/** Changes of a table that is in use which its readers and writers do not notice. */
const HARMLESS = new Set([
  'AT_SetStatistics',
  'AT_SetStorage',
  'AT_SetRelOptions',
  'AT_ResetRelOptions',
  'AT_DropNotNull',
  'AT_AttachPartition',
]);

/**
 * What in a migration's statements is no expansion. While a release rolls out, the version before and this one work on the
 * same schema: nothing that the former reads may go or change its meaning, and nothing that it writes may be refused. A
 * table that the migration makes itself is its own to change. What is not known to be harmless is refused.
 */
export async function contractionsIn(statements: readonly string[]): Promise<Refusal[]> {
  const made = new Set<string>();
  const refusals: Refusal[] = [];
  for (const text of statements) {
    const { stmts } = (await parse(text)) as { stmts?: readonly { stmt: Node }[] };
    for (const { stmt } of stmts ?? []) {
      const [kind = '', body] = Object.entries(stmt)[0] ?? [];
      if (kind === 'CreateStmt') made.add(String(at(body, 'relation', 'relname')));
      for (const reason of reasonsAgainst(kind, body, made))
        refusals.push({ statement: text.trim().slice(0, 200), reason });
    }
  }
  return refusals;
}

function reasonsAgainst(kind: string, body: unknown, made: ReadonlySet<string>): string[] {
  if (kind === 'GrantStmt') return at(body, 'is_grant') === true ? [] : ['rights are taken away'];
  if (ADDING.has(kind)) return [];
  if (made.has(String(at(body, 'relation', 'relname')))) return [];
  if (kind === 'IndexStmt')
    return at(body, 'unique') === true ? ['a unique index may refuse rows that the version before writes'] : [];
  if (kind !== 'AlterTableStmt') return [`${kind} is no expansion`];
  const commands = (at(body, 'cmds') ?? []) as readonly Node[];
  return commands.flatMap((command) => againstCommand(at(command, 'AlterTableCmd')));
}

function againstCommand(command: unknown): string[] {
  const kind = String(at(command, 'subtype'));
  if (HARMLESS.has(kind)) return [];
  // A default that is set is for rows to come; one that is taken away leaves the version before without it.
  if (kind === 'AT_ColumnDefault') return at(command, 'def') === undefined ? ['a default is taken away'] : [];
  if (kind === 'AT_AddColumn') return againstColumn(at(command, 'def', 'ColumnDef'));
  return [`${kind} is no expansion`];
}

/** The version before writes rows without the column. */
function againstColumn(column: unknown): string[] {
  const constraints = ((at(column, 'constraints') ?? []) as readonly Node[]).map((one) =>
    String(at(one, 'Constraint', 'contype')),
  );
  const name = String(at(column, 'colname'));
  const hasDefault = constraints.includes('CONSTR_DEFAULT');
  const needed = constraints.some((one) => one === 'CONSTR_NOTNULL' || one === 'CONSTR_PRIMARY');
  return [
    ...(needed && !hasDefault ? [`column ${name} must be given, which the version before does not do`] : []),
    ...(constraints.includes('CONSTR_UNIQUE') || constraints.includes('CONSTR_PRIMARY')
      ? [`column ${name} is unique, which may refuse rows that the version before writes`]
      : []),
  ];
}
