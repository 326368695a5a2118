// A fabfile that says `import Swab` has the Docker client's types too.
@_exported public import SwabDocker
