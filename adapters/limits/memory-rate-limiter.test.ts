import { describeRateLimiterContract } from './contract.ts';
import { createMemoryRateLimiter } from './memory-rate-limiter.ts';

describeRateLimiterContract('memory', async () => createMemoryRateLimiter());
