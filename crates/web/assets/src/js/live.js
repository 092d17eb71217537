// Live regions: htmx with its event-stream extension. Pages use
//   <div hx-sse:connect="/jobs/7/live" hx-sse:close="done"> … </div>
// Each unnamed message replaces the content; an event named "done" ends the stream.
import htmx from 'htmx.org/dist/htmx.esm.js';
import 'htmx.org/dist/ext/hx-sse.js';

export default htmx;
