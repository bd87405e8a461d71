import { DefaultLogger, type LogLevel, MetricsBuffer, Runtime } from '@temporalio/worker';
import type { Logger } from '../runtime/logger.ts';
import { registerCounter, registerGauge, registerHistogram } from '../runtime/metrics.ts';

const labels = ['task_queue', 'worker_type', 'poller_type', 'activity_type', 'failure_reason', 'operation'] as const;
type Label = (typeof labels)[number];
type Record = (value: number, of: Partial<{ [label in Label]: string }>) => void;

const drainIntervalMs = 1_000;
// About 60 updates come with each renewal: room for more than a second of any load.
const bufferedUpdatesMax = 100_000;

const counters = {
  temporal_workflow_task_execution_failed: 'Workflow tasks that failed: above all workflow code that no longer fits',
  temporal_activity_execution_failed: 'Activity tries that failed',
  temporal_local_activity_execution_failed: 'Local activity tries that failed',
  temporal_sticky_cache_miss: 'Workflow tasks that had to replay their run',
  temporal_request_failure: 'Calls to the server that failed',
};

const gauges = {
  temporal_worker_task_slots_available: 'Tasks this worker could take on besides',
  temporal_worker_task_slots_used: 'Tasks under way',
  temporal_num_pollers: 'Open polls',
  temporal_sticky_cache_size: 'Runs kept in memory',
};

const latencies = {
  temporal_workflow_task_schedule_to_start_latency: 'How long workflow tasks wait for a worker',
  temporal_workflow_task_execution_latency: 'How long workflow tasks take, local activities included',
  temporal_activity_schedule_to_start_latency: 'How long activities wait for a worker',
  temporal_activity_execution_latency: 'How long one try of an activity takes',
  temporal_local_activity_execution_latency: 'How long one try of a local activity takes',
};

function registerSeries(): Map<string, Record> {
  const series = new Map<string, Record>();
  for (const [name, help] of Object.entries(counters)) {
    const counter = registerCounter<Label>({ name: `${name}_total`, help, labels });
    series.set(name, (value, of) => counter.inc(of, value));
  }
  for (const [name, help] of Object.entries(gauges)) {
    const gauge = registerGauge<Label>({ name, help, labels });
    series.set(name, (value, of) => gauge.set(of, value));
  }
  for (const [name, help] of Object.entries(latencies)) {
    const histogram = registerHistogram<Label>({ name: `${name}_seconds`, help, labels });
    series.set(name, (value, of) => histogram.observe(of, value / 1_000));
  }
  return series;
}

function drainInto(series: ReadonlyMap<string, Record>, buffer: MetricsBuffer): void {
  for (const { metric, value, attributes } of buffer.retrieveUpdates()) {
    const record = series.get(metric.name);
    if (record === undefined) continue;
    const present = labels.filter((label) => attributes[label] !== undefined);
    record(value, Object.fromEntries(present.map((label) => [label, String(attributes[label])])));
  }
}

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

let isInstalled = false;

/** Once per process, before its first worker: the SDK's log goes to ours, its figures to `/metrics`, signals stay with us. */
export function installTemporalRuntime(logger: Logger): void {
  if (isInstalled) return;
  isInstalled = true;
  const level: LogLevel = logger.isLevelEnabled('debug') ? 'DEBUG' : 'INFO';
  const buffer = new MetricsBuffer({ maxBufferSize: bufferedUpdatesMax });
  Runtime.install({
    logger: new DefaultLogger(level, ({ level: of, message, meta }) => {
      const { taskToken: _, ...readable } = meta ?? {};
      logger[levels[of]](readable, message);
    }),
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} }, metrics: { buffer } },
    shutdownSignals: [],
  });
  const series = registerSeries();
  setInterval(() => drainInto(series, buffer), drainIntervalMs).unref();
}
