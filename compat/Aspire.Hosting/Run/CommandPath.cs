namespace Aspire.Hosting.Run;

/// <summary>Where a command lies, by the rules of PATH.</summary>
internal static class CommandPath
{
    public static string? Find(string command, string? searchPath)
    {
        if (command.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            return File.Exists(command) ? command : null;
        }

        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ".bat"] : [""];
        return (searchPath ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(_ => endings, (folder, ending) => Path.Combine(folder, command + ending))
            .FirstOrDefault(File.Exists);
    }
}
