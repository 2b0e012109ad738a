using System.Text.Json;
using Fixity.Core;
using Fixity.Core.Patterns;
using Fixity.Data.Columns;

namespace Fixity.Scanner.Scans;

/// <summary>Reads the options of a target as they are stored with it.</summary>
internal static class TargetOptionsJson
{
    /// <exception cref="TargetOptionsException">They cannot be read.</exception>
    public static TargetOptions Read(string json)
    {
        try
        {
            return TargetOptionsColumn.Read(json);
        }
        catch (JsonException failure)
        {
            throw new TargetOptionsException($"The options of the target cannot be read: {failure.Message}", failure);
        }
    }

    /// <exception cref="TargetOptionsException">One of the patterns cannot be used.</exception>
    public static PathFilter Filter(TargetOptions options) =>
        PathFilter.TryCreate(options.Include, options.Exclude, out var filter, out var error)
            ? filter
            : throw new TargetOptionsException($"The pattern '{error.Pattern}' cannot be used: {error.Reason}.");
}

/// <summary>The target cannot be read the way it asks for; its storage may be as good as ever.</summary>
internal sealed class TargetOptionsException(string message, Exception? cause = null) : Exception(message, cause);
