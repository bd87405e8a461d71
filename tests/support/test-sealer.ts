import { createSealer } from '../../runtime/sealer.ts';

/** What a context of a test seals with, and where it says the API is. */
export const testSealing = {
  sealer: createSealer([{ name: 'test', secret: 'the sealing secret of a test' }]),
  publicUrl: 'https://redcore.example',
};
