using System.Text.Json;
using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.Storage;

namespace Fixity.Scanner.Scans;

/// <summary>Reads the options of a target as they are stored with it; options that cannot be read fail the scan, not the scanner.</summary>
internal static class TargetOptionsJson
{
    /// <exception cref="StorageException">It is none; <see cref="StorageFault.Configuration"/>.</exception>
    public static TargetOptions Read(string json)
    {
        try
        {
            return TargetOptionsColumn.Read(json);
        }
        catch (JsonException failure)
        {
            throw new StorageException(
                StorageFault.Configuration, default, $"The options of the target cannot be read: {failure.Message}", failure);
        }
    }
}
