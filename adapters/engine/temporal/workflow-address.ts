import type { AddressOfWorkflow } from '../port.ts';
import { workflowIdOf } from './temporal-engine.ts';

/** The Temporal UI shows the latest run of a workflow under its id alone. */
export function createAddressOfWorkflow(ui: { url: string | undefined; namespace: string }): AddressOfWorkflow {
  const { namespace } = ui;
  return (ref) => {
    const workflowId = workflowIdOf(ref);
    const path = `/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
    return { workflowId, namespace, url: ui.url === undefined ? null : `${ui.url}${path}` };
  };
}
