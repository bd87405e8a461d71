import { componentNames, outsideAddress, outsideVariables } from './components/component.ts';
import { resetDataFolder } from './data-folder.ts';
import { dataDir } from './paths.ts';

/** Begins anew. What runs elsewhere is not this command's to clear, and half a new beginning is none. */
export async function resetData(): Promise<void> {
  const outside = componentNames.filter((name) => outsideAddress(name) !== undefined);
  if (outside.length > 0) {
    const names = outside.map((name) => outsideVariables[name]).join(', ');
    throw new Error(`--reset begins anew only what runs here: unset ${names}, or clear those by their own means.`);
  }
  await resetDataFolder(dataDir());
}
