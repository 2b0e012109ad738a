using System.Diagnostics.CodeAnalysis;

/// <summary>Run first in the processes that tests start, so that this assembly can be found there by its name.</summary>
[SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "The runtime wants it so.")]
[SuppressMessage("Major Code Smell", "MA0047:Declare types in namespaces", Justification = "The runtime wants it so.")]
internal static class StartupHook
{
    // Being called, it is loaded: from then on the host finds it among the loaded ones.
    public static void Initialize()
    {
    }
}
