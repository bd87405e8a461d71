import { defineConfig } from 'vitest/config';

const never = ['**/node_modules/**', '**/.redcore/**', 'portals/dist/**'];

export default defineConfig({
  test: {
    env: { TZ: 'UTC' },
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...never, '**/*.workflow.test.ts', '**/*.int.test.ts', '**/*.e2e.test.ts', '**/*.faults.test.ts'],
        },
      },
      {
        test: {
          name: 'workflow',
          include: ['**/*.workflow.test.ts'],
          exclude: never,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        test: {
          name: 'int',
          include: ['**/*.int.test.ts'],
          exclude: never,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/**/*.e2e.test.ts'],
          exclude: never,
          testTimeout: 300_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 30_000 } },
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['tests/**/*.faults.test.ts'],
          exclude: never,
          testTimeout: 900_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 30_000 } },
          fileParallelism: false,
        },
      },
    ],
  },
});
