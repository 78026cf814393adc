throw new TypeError('no database url')
