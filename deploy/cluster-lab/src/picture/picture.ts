import { SERVICES } from '@nexus/contracts';
import { arrowsOfCode, type Arrow, type EngineName } from '../arrows/arrows.ts';
import { PROCESSES, type ProcessName } from '../arrows/settings.ts';

/*
 * The one picture of the platform, made from the settings of the processes: who is told whose address. The network
 * policies of the chart are tested against the same arrows, so that what is drawn is what is allowed.
 */

const ENGINE_NAMES: Readonly<Record<EngineName, string>> = {
  postgres: 'PostgreSQL',
  nats: 'NATS',
  temporal: 'Temporal',
  keycloak: 'Keycloak',
  collector: 'OpenTelemetry collector',
};
const POOLER = 'pgbouncer';

export function mermaid(): string {
  return [
    'flowchart LR',
    '  subgraph outside["Outside"]',
    '    browser([back office in a browser])',
    '    till([till])',
    '    prometheus([Prometheus])',
    '  end',
    '  subgraph nexus["Release nexus: one Deployment each"]',
    ...PROCESSES.map((process) => `    ${process}[${process}]`),
    `    ${POOLER}[PgBouncer]`,
    '  end',
    '  subgraph engines["Engines, given by address"]',
    ...Object.entries(ENGINE_NAMES).map(([id, name]) => `    ${id}[(${name})]`),
    '  end',
    '  browser & till -->|"HTTPS, Ingress"| edge',
    ...grouped(arrowsOfCode()),
    `  ${POOLER} -->|"SQL, pooled"| postgres`,
    '  prometheus -.->|"metrics"| nexus',
    '',
  ].join('\n');
}

/** What travels on an arrow. */
function label({ to, pooled }: Arrow): string {
  if (to === 'postgres') return pooled === true ? 'SQL as the service' : 'SQL as the provisioner';
  if (to === 'nats') return 'events, questions';
  if (to === 'temporal') return 'workflows, activities';
  if (to === 'keycloak') return 'HTTP: sign-in';
  return to === 'collector' ? 'traces' : 'HTTP: /api';
}

/** Arrows to the same place are one line from all who draw it; the edge’s to the services likewise. */
function grouped(arrows: readonly Arrow[]): string[] {
  const lines = new Map<string, ProcessName[]>();
  for (const arrow of arrows) {
    const { to, pooled } = arrow;
    if (SERVICES.some((service) => service === to)) continue;
    const line = `${to === 'collector' ? '-.->' : '-->'}|"${label(arrow)}"| ${pooled === true ? POOLER : to}`;
    lines.set(line, [...(lines.get(line) ?? []), arrow.from]);
  }
  const behindEdge = arrows.filter(({ from, to }) => from === 'edge' && SERVICES.some((service) => service === to));
  return [
    `  edge -->|"HTTP: /api"| ${behindEdge.map(({ to }) => to).join(' & ')}`,
    ...[...lines].map(([line, from]) => `  ${from.join(' & ')} ${line}`),
  ];
}

/** One row for each process: whom it is told of, by which variable. */
export function arrowTable(): string {
  const rows = PROCESSES.map((process) => {
    const own = arrowsOfCode().filter(({ from }) => from === process);
    const cells = own.map(({ to, names }) => `${to} \`${names[0]}\``);
    return `| \`${process}\` | ${cells.join(' · ')} |`;
  });
  return ['| process | opens connections to, by the setting |', '| --- | --- |', ...rows, ''].join('\n');
}

const BEGIN = '<!-- made by deploy/cluster-lab/src/picture/write-picture.ts: begin -->';
const END = '<!-- end -->';

/** The page with its picture as the code has it now. */
export function withPicture(page: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`the page has no ${BEGIN} … ${END}`);
  return `${before}${BEGIN}\n\n\`\`\`mermaid\n${mermaid()}\`\`\`\n\n${arrowTable()}\n${END}${after}`;
}
