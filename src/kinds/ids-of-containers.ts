/** What kinds know of each other when a node is a container. */
import { HOST, type ResourceId } from '../model/state.js';

export const RUNTIME: ResourceId = `runtime:${HOST}/containers`;

/** The set of files that nodes see. */
export const namesId = (set: string): ResourceId => `names:${HOST}/${set}`;

const CONTAINER = `container:${HOST}/`;

export const containerId = (name: string): ResourceId => CONTAINER + name;

export const containerNameOf = (id: ResourceId): string => id.slice(CONTAINER.length);
