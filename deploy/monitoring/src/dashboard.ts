/** A dashboard as we describe it: rows of panels, each a question with its queries. */
export interface Dashboard {
  /** Stays the same for ever: links lead to it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly Row[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export type Unit = 's' | 'short' | 'percentunit' | 'reqps' | 'bytes' | 'none';

export interface Panel {
  readonly title: string;
  /** What one sees here and what it means; shown at the panel. */
  readonly help: string;
  readonly unit: Unit;
  readonly kind?: 'timeseries' | 'stat' | 'table';
  readonly queries: readonly Query[];
  /** From here on red. */
  readonly red?: number;
}

export interface Query {
  readonly expr: string;
  /** Template of the legend: `{{service}}`. */
  readonly legend: string;
}

const SOURCE = { type: 'prometheus', uid: '${source}' } as const;
const COLUMNS = 24;
const HEIGHT = 8;

/** What Grafana imports. Ids and places follow from the order, so that a change of one panel changes little else. */
export function grafanaOf({ uid, title, description, rows }: Dashboard): object {
  const panels: object[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
    });
    y += 1;
    const w = Math.floor(COLUMNS / row.panels.length);
    row.panels.forEach((panel, column) => {
      panels.push(panelOf(panel, panels.length + 1, { x: column * w, y, w, h: HEIGHT }));
    });
    y += HEIGHT;
  }
  return {
    uid,
    title,
    description,
    tags: ['nexus'],
    schemaVersion: 39,
    editable: false,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: { list: [sourceVariable, namespaceVariable] },
    annotations: { list: [] },
    panels,
  };
}

const sourceVariable = { name: 'source', label: 'Prometheus', type: 'datasource', query: 'prometheus', hide: 0 };

const namespaceVariable = {
  name: 'namespace',
  type: 'query',
  datasource: SOURCE,
  query: { query: 'label_values(nexus_ready, namespace)', refId: 'namespace' },
  refresh: 2,
  includeAll: true,
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
};

function panelOf(panel: Panel, id: number, gridPos: object): object {
  const { kind = 'timeseries', red } = panel;
  const steps = [{ color: 'green', value: null }, ...(red === undefined ? [] : [{ color: 'red', value: red }])];
  return {
    id,
    type: kind,
    title: panel.title,
    description: panel.help,
    datasource: SOURCE,
    gridPos,
    fieldConfig: {
      defaults: {
        unit: panel.unit,
        min: 0,
        thresholds: { mode: 'absolute', steps },
        ...(kind === 'timeseries' ? { custom: { thresholdsStyle: { mode: red === undefined ? 'off' : 'line' } } } : {}),
      },
      overrides: [],
    },
    options: kind === 'stat' ? { colorMode: 'background', reduceOptions: { calcs: ['lastNotNull'] } } : {},
    targets: panel.queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: SOURCE,
      expr,
      legendFormat: legend,
      ...(kind === 'table' ? { format: 'table', instant: true } : {}),
    })),
  };
}

/** The selector of every query: the namespace that was chosen. */
export const HERE = 'namespace=~"$namespace"';
