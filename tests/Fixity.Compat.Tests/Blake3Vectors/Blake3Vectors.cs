using System.Text.Json;

namespace Fixity.Compat.Tests.Blake3Vectors;

/// <summary>The official vectors: 35 lengths in three modes, 131 bytes of output each.</summary>
internal sealed record Blake3Vectors(string Key, string ContextString, IReadOnlyList<Blake3Vector> Cases)
{
    private static readonly JsonSerializerOptions SnakeCase =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Blake3Vectors Read()
    {
        using var json = typeof(Blake3Vectors).Assembly.GetManifestResourceStream("blake3.json")!;
        return JsonSerializer.Deserialize<Blake3Vectors>(json, SnakeCase)!;
    }

    /// <summary>The input that the vectors are defined on.</summary>
    public static byte[] Input(int length)
    {
        var input = new byte[length];
        for (var i = 0; i < length; i++)
        {
            input[i] = (byte)(i % 251);
        }

        return input;
    }
}

internal sealed record Blake3Vector(int InputLen, string Hash, string KeyedHash, string DeriveKey);
