using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;

namespace Fixity.Gateway.Spa;

/// <summary>Where the built SPA lies, if it was built.</summary>
internal sealed class SpaFiles : IDisposable
{
    private readonly PhysicalFileProvider? _files;

    public SpaFiles(IOptions<GatewayOptions> options, ILogger<SpaFiles> logger)
    {
        // Beside the program, not in the working directory: it is started from anywhere.
        var folder = Path.GetFullPath(options.Value.SpaPath ?? Path.Combine(AppContext.BaseDirectory, "wwwroot"));
        if (File.Exists(Path.Combine(folder, "index.html")))
        {
            _files = new PhysicalFileProvider(folder);
        }
        else
        {
            logger.SpaMissing(folder);
        }
    }

    public IFileProvider Provider => _files is null ? new NullFileProvider() : _files;

    /// <summary>Null when the SPA was not built.</summary>
    public IFileInfo? Index => _files?.GetFileInfo("index.html");

    public void Dispose() => _files?.Dispose();
}
