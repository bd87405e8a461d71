import type { BenchPlatform } from './bench-platform.ts';
import type { CpuReading } from './cpu.ts';
import type { Measured } from './load.ts';

export interface Round {
  subject: string;
  measured: Measured;
  /** CPU milliseconds per operation and process. */
  cpuMs: CpuReading;
  note?: string;
}

export interface BenchOptions {
  rounds: number;
  /** Short, for a check that the row works at all: its figures mean nothing. */
  smoke: boolean;
  onProgress: (line: string) => void;
}

export interface BenchRow {
  name: string;
  what: string;
  run(platform: BenchPlatform, options: BenchOptions): Promise<Round[]>;
}
