using System.CommandLine;
using System.ComponentModel;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fixity.Bitrot;

/// <summary>The command line: a verb, a file or folder, and one line of JSON for each file that was damaged.</summary>
internal static class BitrotCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        // Paths are to be read by people and by jq, not put into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly Argument<string> Target = new("path")
    {
        Description = "The file to damage, or the folder to pick files from.",
    };

    private static readonly Option<int?> Picked = new("--pick")
    {
        Description = "Damage this many random regular files below the folder (1 unless said).",
    };

    private static readonly Option<int?> Seed = new("--seed")
    {
        Description = "Same seed and files, same damage. Random unless said; printed either way.",
    };

    private static readonly Option<bool> RestoreMtime = new("--restore-mtime")
    {
        Description = "Set access and modification time back, to the nanosecond.",
    };

    private static readonly Option<int> Bytes = new("--bytes")
    {
        Description = "How many: 512 is a sector, 65536 a stripe.",
        DefaultValueFactory = static _ => 512,
    };

    public static RootCommand Create()
    {
        var root = new RootCommand("Damages files on purpose. Never point it at data that has no copy.")
        {
            Verb("flip", "Turn over one bit.", static (damage, path, _) => damage.Flip(path)),
            Verb("overwrite", "Overwrite a stretch with noise.",
                static (damage, path, parsed) => damage.Overwrite(path, parsed.GetValue(Bytes)), Bytes),
            Verb("truncate", "Cut the end off.", static (damage, path, _) => damage.Truncate(path)),
            Verb("edit", "Append a line.", static (damage, path, _) => damage.Edit(path)),
        };
        return root;
    }

    private static Command Verb(
        string name, string description, Func<Damage, string, ParseResult, DamageReport> inflict, Option? extra = null)
    {
        var verb = new Command(name, description) { Target, Picked, Seed, RestoreMtime };
        if (extra is not null)
        {
            verb.Options.Add(extra);
        }

        verb.SetAction(parsed => Run(parsed, inflict));
        return verb;
    }

    private static int Run(ParseResult parsed, Func<Damage, string, ParseResult, DamageReport> inflict)
    {
        var seed = parsed.GetValue(Seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        var random = new Random(seed);
        var damage = new Damage(random, parsed.GetValue(RestoreMtime));
        var output = parsed.InvocationConfiguration.Output;
        try
        {
            foreach (var path in Victims(parsed, random))
            {
                var report = JsonSerializer.SerializeToNode(inflict(damage, path, parsed), Json)!;
                report["seed"] = seed;
                output.WriteLine(report.ToJsonString(Json));
            }

            return 0;
        }
        catch (Exception failure) when (failure
            is IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException
            or Win32Exception)
        {
            parsed.InvocationConfiguration.Error.WriteLine($"bitrot: {failure.Message}");
            return 1;
        }
    }

    private static IReadOnlyList<string> Victims(ParseResult parsed, Random random)
    {
        var target = Path.GetFullPath(parsed.GetRequiredValue(Target));
        if (Directory.Exists(target))
        {
            return FilePicker.Pick(target, parsed.GetValue(Picked) ?? 1, random);
        }

        return parsed.GetValue(Picked) is null
            ? [target]
            : throw new InvalidOperationException($"{target} is not a folder that files could be picked from.");
    }
}
