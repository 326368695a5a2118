extension String {
  /// A container's name without the slash that the engine puts in front of it.
  var withoutLeadingSlash: String {
    first == "/" ? String(dropFirst()) : self
  }
}
