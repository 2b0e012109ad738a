using System.Diagnostics;
using System.Text;

namespace Fixity.Core.Tests.Patterns;

/// <summary>Asks git itself which paths of a tree it ignores.</summary>
public sealed class GitOracle : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("fixity-git-").FullName;

    public GitOracle()
    {
        Run(["init", "-q"], "");
        foreach (var file in PathFilterTests.Files)
        {
            var full = Path.Join(_root, file);
            Directory.CreateDirectory(Path.GetDirectoryName(full) ?? _root);
            File.WriteAllBytes(full, []);
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>Those of the paths that these patterns leave out.</summary>
    public HashSet<string> Ignored(IEnumerable<string> patterns, IEnumerable<string> paths)
    {
        File.WriteAllText(Path.Join(_root, ".git", "info", "exclude"), string.Join('\n', patterns) + "\n");
        var output = Run(["check-ignore", "--no-index", "-z", "--stdin"], string.Join('\0', paths) + "\0");
        return [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries)];
    }

    private string Run(string[] arguments, string input)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = _root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        };

        // Neither the rules of the machine nor those of its user.
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["HOME"] = _root;
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        var output = git.StandardOutput.ReadToEndAsync();
        var errors = git.StandardError.ReadToEndAsync();
        git.StandardInput.Write(input);
        git.StandardInput.Close();
        git.WaitForExit();
        Assert.True(git.ExitCode is 0 or 1, $"git {string.Join(' ', arguments)}: {errors.Result}");
        return output.Result;
    }
}
