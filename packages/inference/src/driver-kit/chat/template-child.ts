// The program of the process that renders chat templates nobody vouches for: a template is code of whoever made the model.
import { serveHost } from '../../host/serve-host.ts'
import { createTemplateWork } from './template-work.ts'

const work = createTemplateWork()
serveHost({ methods: { inspect: work.inspect, render: work.render } })
