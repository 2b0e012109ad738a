using System.Text.Json;
using Fixity.Core;
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
}

/// <summary>The target cannot be read the way it asks for; its storage may be as good as ever.</summary>
internal sealed class TargetOptionsException(string message, Exception? cause = null) : Exception(message, cause);
