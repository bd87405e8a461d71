import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const registry = new Registry();

export const metricsContentType = registry.contentType;

let started = false;

/** Every series carries the role, so that the same chart splits by process. */
export function startMetrics(role: string): void {
  registry.setDefaultLabels({ role });
  if (started) return;
  started = true;
  collectDefaultMetrics({ register: registry });
}

type Shape<Label extends string> = { name: string; help: string; labels?: readonly Label[] };

export function registerCounter<Label extends string = never>(shape: Shape<Label>): Counter<Label> {
  return new Counter({
    name: shape.name,
    help: shape.help,
    labelNames: [...(shape.labels ?? [])],
    registers: [registry],
  });
}

export function registerGauge<Label extends string = never>(
  shape: Shape<Label> & { collect?: (gauge: Gauge<Label>) => void | Promise<void> },
): Gauge<Label> {
  const { collect } = shape;
  return new Gauge<Label>({
    name: shape.name,
    help: shape.help,
    labelNames: [...(shape.labels ?? [])],
    registers: [registry],
    ...(collect
      ? {
          collect(this: Gauge<Label>) {
            return collect(this);
          },
        }
      : {}),
  });
}

const durationBucketsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function registerHistogram<Label extends string = never>(
  shape: Shape<Label> & { buckets?: readonly number[] },
): Histogram<Label> {
  return new Histogram({
    name: shape.name,
    help: shape.help,
    labelNames: [...(shape.labels ?? [])],
    buckets: [...(shape.buckets ?? durationBucketsSeconds)],
    registers: [registry],
  });
}

export function renderMetrics(): Promise<string> {
  return registry.metrics();
}
