using Fixity.ServiceDefaults.Paging;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.ServiceDefaults.OpenApi;

/// <summary>Names the schemas as clients will read them: a page of <c>FileView</c> is a <c>FilePage</c>.</summary>
internal static class SchemaNames
{
    public static void AddReadableSchemaNames(this IServiceCollection services) =>
        services.ConfigureAll<OpenApiOptions>(options => options.CreateSchemaReferenceId = json =>
            json.Type is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Page<>)
                ? PageOf(type.GetGenericArguments()[0])
                : OpenApiOptions.CreateDefaultSchemaReferenceId(json));

    private static string PageOf(Type item)
    {
        const string Suffix = "View";
        return (item.Name.EndsWith(Suffix, StringComparison.Ordinal) ? item.Name[..^Suffix.Length] : item.Name) + "Page";
    }
}
