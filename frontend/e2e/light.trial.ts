import { trial } from './stage/trial';
import { lookAround } from './stage/views';

trial('no view keeps anybody out, light', (stage) => lookAround(stage, 'light'));
