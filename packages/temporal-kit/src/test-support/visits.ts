/** Activity of the workflows `visits`: who was there, in order. */
export interface VisitActivities {
  visited(input: { readonly workflowId: string; readonly build: string }): Promise<void>;
}

/** Ends a run of `visits`. */
export const LAST_VISIT = 'last';
