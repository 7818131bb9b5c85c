import { Option } from 'commander';
import { RUNTIMES } from '../model/lo-marks.js';

export function runtimeOption(): Option {
  return new Option('--runtime <runtime>', 'whose containers, where both are installed').choices([...RUNTIMES]);
}
