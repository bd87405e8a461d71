import { describeCacheContract } from './contract.ts';
import { createMemoryCache } from './memory-cache.ts';

describeCacheContract('in memory', async () => createMemoryCache());
